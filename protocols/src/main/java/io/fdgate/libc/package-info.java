/**
 * The system calls that neither the JDK nor Netty offers: flags of descriptors, control messages of
 * datagrams, exact Unix addresses, sizes of pipes.
 */
@NullMarked
package io.fdgate.libc;

import org.jspecify.annotations.NullMarked;
