import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_List;
import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Takes out of Netty what a start needs longest for (docs/performance.md), without a change of what
 * it does. Only the runtime of a distribution has this; from its jars fdgate runs with Netty as it
 * is.
 *
 * <p>Two method handles are combinations that no class archive can hold: the JDK makes a class for
 * each, with all that it needs to make classes. The address of a buffer by way of a memory segment is
 * for JVMs without Unsafe's; without it PlatformDependent0 does what it does before Java 22. The
 * cleaner of Java 9 calls Unsafe.invokeCleaner itself, and not by a bound handle. Unsafe is made and not
 * read from its field: a constructor is called natively (jdk.reflect.useNativeAccessorOnly), and for a
 * field the JDK links a method handle.
 *
 * <p>A table of 65,536 bytes is filled by copying, and not by a loop that is interpreted. Two of 256
 * strings, by which a byte is written in hexadecimal digits, are not filled: the two methods that read
 * them write the digits themselves.
 *
 * <p>NetUtil looks at every network interface and reads a file. Two classes ask it, one for a property
 * of the system, which is read here, and one for the backlog of a listener, which is asked for when
 * somebody wants to know: an inherited listener has one. Of Unsafe Netty looks for 25 methods, which
 * Unsafe of this JDK has, and a runtime has no other.
 *
 * <p>Which events a handler has to see is found by an annotation, for which the JVM spins dynamic
 * proxies. Four classes have it, on all methods that events come to, so that the class of a method
 * tells as much.
 *
 * <p>Another Netty, in which these instructions are not where they are expected, fails the build.
 */
final class NettyStart {
  private static final String INTERNAL = "io/netty/util/internal/";
  private static final String CHANNEL = "io/netty/channel/";
  private static final ClassDesc SKIP = ClassDesc.of("io.netty.channel", "ChannelHandlerMask$Skip");
  private static final ClassDesc BYTE_BUFFER = ClassDesc.of("java.nio.ByteBuffer");
  private static final ClassDesc UNSAFE = ClassDesc.of("sun.misc.Unsafe");
  private static final ClassDesc CONSTRUCTOR = ClassDesc.of("java.lang.reflect.Constructor");
  private static final ClassDesc PLATFORM = ClassDesc.of("io.netty.util.internal.PlatformDependent0");
  private static final ClassDesc NET_UTIL = ClassDesc.of("io.netty.util.NetUtil");
  private static final ClassDesc SERVER_CONFIG =
      ClassDesc.of("io.netty.channel.epoll.EpollServerChannelConfig");
  private static final ClassDesc CHARSET = ClassDesc.of("java.nio.charset.Charset");
  private static final MethodTypeDesc CLEAN = MethodTypeDesc.of(CD_void, BYTE_BUFFER);

  /** The size of Netty's table of hexadecimal digits: what each char stands for. */
  private static final int HEX_DIGITS = 1 << 16;

  /**
   * An instruction, and what takes its place.
   *
   * @param in the method that has it, or the empty string for any
   */
  private record Change(
      String in, Predicate<Instruction> instruction, Consumer<CodeBuilder> instead) {
    /** A call, in any method. */
    Change(ClassDesc owner, String method, MethodTypeDesc type, Consumer<CodeBuilder> instead) {
      this(
          "",
          each ->
              each instanceof InvokeInstruction call
                  && call.owner().matches(owner)
                  && call.name().equalsString(method)
                  && call.type().equalsString(type.descriptorString()),
          instead);
    }

    /** The one instruction of its kind in a method. */
    Change(String in, Opcode opcode, Consumer<CodeBuilder> instead) {
      this(in, each -> each.opcode() == opcode, instead);
    }

    boolean replaces(MethodModel method, Instruction each) {
      return (in.isEmpty() || method.methodName().equalsString(in)) && instruction.test(each);
    }
  }

  /** An Unsafe is as good as the JDK's own, of which it has the methods and no state. */
  private static final Change MADE =
      new Change(
          ClassDesc.of("java.lang.reflect.Field"),
          "get",
          MethodTypeDesc.of(CD_Object, CD_Object),
          code ->
              // The field, accessible, and null are there.
              code.pop2()
                  .loadConstant(UNSAFE)
                  .iconst_0()
                  .anewarray(CD_Class)
                  .invokevirtual(
                      CD_Class,
                      "getDeclaredConstructor",
                      MethodTypeDesc.of(CONSTRUCTOR, CD_Class.arrayType()))
                  .dup()
                  .iconst_1()
                  .invokevirtual(
                      CONSTRUCTOR, "setAccessible", MethodTypeDesc.of(CD_void, CD_boolean))
                  .iconst_0()
                  .anewarray(CD_Object)
                  .invokevirtual(
                      CONSTRUCTOR,
                      "newInstance",
                      MethodTypeDesc.of(CD_Object, CD_Object.arrayType())));

  /** Without the class the search for its methods fails at once, as it does before Java 22. */
  private static final Change NO_SEGMENT =
      new Change(
          CD_Class,
          "forName",
          MethodTypeDesc.of(CD_Class, CD_String),
          code -> code.pop().aconst_null());

  private static final Change NOT_BOUND =
      new Change(
          CD_MethodHandle,
          "bindTo",
          MethodTypeDesc.of(CD_MethodHandle, CD_Object),
          CodeBuilder::pop); // what remains is the handle that is not bound

  /** Three times: when it is made, and where buffers are freed. */
  private static final Change DIRECT =
      new Change(
          CD_MethodHandle,
          "invokeExact",
          CLEAN,
          code ->
              // The handle and the buffer are there; wanted are Unsafe and the buffer.
              code.swap()
                  .pop()
                  .getstatic(PLATFORM, "UNSAFE", UNSAFE)
                  .swap()
                  .invokevirtual(UNSAFE, "invokeCleaner", CLEAN));

  private static final Change COPIED =
      new Change(
          ClassDesc.of("java.util.Arrays"),
          "fill",
          MethodTypeDesc.of(CD_void, CD_byte.arrayType(), CD_byte),
          code ->
              // The array and -1 are there. A string repeats two characters by copying.
              code.pop()
                  .loadConstant("\u00ff\u00ff")
                  .loadConstant(HEX_DIGITS / 2)
                  .invokevirtual(CD_String, "repeat", MethodTypeDesc.of(CD_String, CD_int))
                  .getstatic(
                      ClassDesc.of("java.nio.charset.StandardCharsets"), "ISO_8859_1", CHARSET)
                  .invokevirtual(
                      CD_String, "getBytes", MethodTypeDesc.of(CD_byte.arrayType(), CHARSET))
                  .swap()
                  .iconst_0()
                  .swap()
                  .iconst_0()
                  .loadConstant(HEX_DIGITS)
                  .invokestatic(
                      ClassDesc.of("java.lang.System"),
                      "arraycopy",
                      MethodTypeDesc.of(CD_void, CD_Object, CD_int, CD_Object, CD_int, CD_int)));

  /** No step of the loop that fills the tables of strings. */
  private static final Change NOT_FILLED =
      new Change("<clinit>", Opcode.ARRAYLENGTH, code -> code.pop().iconst_0());

  /** The table and the index are there. */
  private static final Change DIGITS =
      new Change("byteToHexString", Opcode.AALOAD, code -> toHexString(code.swap().pop()));

  private static final Change PADDED_DIGITS =
      new Change(
          "byteToHexStringPadded",
          Opcode.AALOAD,
          code ->
              toHexString(code.swap().pop().loadConstant(0x100).ior())
                  .iconst_1()
                  .invokevirtual(
                      CD_String, "substring", MethodTypeDesc.of(CD_String, CD_int)));

  private static CodeBuilder toHexString(CodeBuilder code) {
    return code.invokestatic(
        ClassDesc.of("java.lang.Integer"), "toHexString", MethodTypeDesc.of(CD_String, CD_int));
  }

  /** As NetUtil reads it. */
  private static final Change PREFERS_IPV4 =
      new Change(
          NET_UTIL,
          "isIpV4StackPreferred",
          MethodTypeDesc.of(CD_boolean),
          code ->
              code.loadConstant("java.net.preferIPv4Stack")
                  .iconst_0()
                  .invokestatic(
                      ClassDesc.of("io.netty.util.internal.SystemPropertyUtil"),
                      "getBoolean",
                      MethodTypeDesc.of(CD_boolean, CD_String, CD_boolean)));

  private static final Change NO_BACKLOG =
      new Change(
          "<init>",
          each ->
              each instanceof FieldInstruction field
                  && field.owner().matches(NET_UTIL)
                  && field.name().equalsString("SOMAXCONN"),
          CodeBuilder::iconst_m1);

  private static final Change BACKLOG =
      new Change(
          "getBacklog",
          Opcode.GETFIELD,
          code ->
              code.getfield(SERVER_CONFIG, "backlog", CD_int)
                  .dup()
                  .ifThen(
                      Opcode.IFLT,
                      unknown -> unknown.pop().getstatic(NET_UTIL, "SOMAXCONN", CD_int)));

  /** Netty wants to know that they are there, and nothing of them. */
  private static final Change NO_SEARCH =
      new Change(
          CD_Class,
          "getDeclaredMethod",
          MethodTypeDesc.of(ClassDesc.of("java.lang.reflect.Method"), CD_String, CD_Class.arrayType()),
          code -> code.pop2().pop().aconst_null());

  /** The adapters, whose methods for events are all annotated. */
  private static final List<ClassDesc> ADAPTERS =
      Stream.of(
              "ChannelHandlerAdapter",
              "ChannelInboundHandlerAdapter",
              "ChannelOutboundHandlerAdapter",
              "ChannelDuplexHandler")
          .map(name -> ClassDesc.of("io.netty.channel", name))
          .toList();

  /** How many there are; a handler has two more methods, to which no events come. */
  private static final int ANNOTATED = 26;

  private static final Change OF_ADAPTER =
      new Change(
          ClassDesc.of("java.lang.reflect.Method"),
          "isAnnotationPresent",
          MethodTypeDesc.of(CD_boolean, CD_Class),
          code -> {
            // The method and the annotation are there.
            code.pop()
                .invokevirtual(
                    ClassDesc.of("java.lang.reflect.Method"),
                    "getDeclaringClass",
                    MethodTypeDesc.of(CD_Class));
            ADAPTERS.forEach(code::loadConstant);
            code.invokestatic(
                    CD_List,
                    "of",
                    MethodTypeDesc.of(CD_List, CD_Object, CD_Object, CD_Object, CD_Object),
                    true)
                .swap()
                .invokeinterface(CD_List, "contains", MethodTypeDesc.of(CD_boolean, CD_Object));
          });

  private static final Map<String, List<Change>> CHANGES =
      Map.of(
          CHANNEL + "ChannelHandlerMask$", List.of(OF_ADAPTER),
          CHANNEL + "epoll/EpollServerChannelConfig.", List.of(NO_BACKLOG, BACKLOG),
          CHANNEL + "unix/Socket.", List.of(PREFERS_IPV4),
          INTERNAL + "PlatformDependent0$1.", List.of(MADE),
          INTERNAL + "PlatformDependent0$12.", List.of(NO_SEGMENT),
          INTERNAL + "PlatformDependent0$2.", List.of(NO_SEARCH),
          INTERNAL + "CleanerJava9", List.of(NOT_BOUND, DIRECT),
          INTERNAL + "StringUtil.", List.of(COPIED, NOT_FILLED, DIGITS, PADDED_DIGITS));

  /** Each once, but for DIRECT and NO_SEARCH, which are three and 25. */
  private static final int EXPECTED = 39;

  private final ClassFile classes;
  private int changed;
  private int annotated;

  /**
   * For one run over the classes of Netty.
   *
   * @param files gives the content of a class file by its name, or null
   */
  NettyStart(Function<String, InputStream> files) {
    classes =
        ClassFile.of(
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(
                        (ClassDesc type) -> files.apply(fileOf(type)))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  private static String fileOf(ClassDesc type) {
    String descriptor = type.descriptorString();
    return descriptor.substring(1, descriptor.length() - 1) + ".class";
  }

  /** The content of a file, changed where it is one of those. */
  byte[] change(String file, byte[] content) {
    if (file.startsWith(CHANNEL) && file.endsWith(".class")) {
      count(classes.parse(content));
    }
    for (Map.Entry<String, List<Change>> each : CHANGES.entrySet()) {
      if (file.startsWith(each.getKey())) {
        return classes.transformClass(classes.parse(content), replacing(each.getValue()));
      }
    }
    return content;
  }

  /** One that is annotated elsewhere, or an adapter's that is not, is none of the expected. */
  private void count(ClassModel type) {
    for (MethodModel method : type.methods()) {
      if (method
          .findAttribute(Attributes.runtimeVisibleAnnotations())
          .stream()
          .flatMap(all -> all.annotations().stream())
          .anyMatch(each -> each.classSymbol().equals(SKIP))) {
        annotated += ADAPTERS.contains(type.thisClass().asSymbol()) ? 1 : ANNOTATED;
      }
    }
  }

  private ClassTransform replacing(List<Change> changes) {
    return (type, element) -> {
      if (element instanceof MethodModel method) {
        type.transformMethod(
            method, MethodTransform.transformingCode(replacing(method, changes)));
      } else {
        type.with(element);
      }
    };
  }

  private CodeTransform replacing(MethodModel method, List<Change> changes) {
    return (code, element) -> {
      for (Change change : changes) {
        if (element instanceof Instruction each && change.replaces(method, each)) {
          change.instead().accept(code);
          changed++;
          return;
        }
      }
      code.with(element);
    };
  }

  /** After the last file. */
  void verify() throws IOException {
    if (changed != EXPECTED) {
      throw new IOException(changed + " instructions of Netty were replaced, not " + EXPECTED);
    }
    if (annotated != ANNOTATED) {
      throw new IOException("the methods of Netty that are passed over are not those of its adapters");
    }
  }
}
