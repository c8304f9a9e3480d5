/*
 * The one native function of fdgate: io.fdgate.libc.SystemCall, which says why.
 */
#include <errno.h>
#include <jni.h>
#include <unistd.h>

JNIEXPORT jlong JNICALL Java_io_fdgate_libc_SystemCall_compiled(
    JNIEnv *env, jclass type, jlong number, jlong a, jlong b, jlong c, jlong d, jlong e, jlong f)
{
    (void) env;
    (void) type;
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}
