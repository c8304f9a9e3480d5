package io.fdgate.protocol;

/** The version of fdgate that runs. */
public final class BuildVersion {
  private BuildVersion() {}

  /** What the build wrote into the runtime's module or the jar; {@code unknown} without either. */
  public static String text() {
    Module module = BuildVersion.class.getModule();
    if (module.isNamed()) {
      return module.getDescriptor().rawVersion().orElse("unknown");
    }
    String version = BuildVersion.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
