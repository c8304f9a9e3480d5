package io.fdgate.protocol;

import java.util.ServiceLoader;

/** What is installed of a service: the built-in providers, and those of jars in {@code lib/}. */
public final class Installed {
  private Installed() {}

  /**
   * Finds the providers of a service, of which the gateway's module says that it uses it.
   *
   * <p>Any thread. Iterating is as with {@link ServiceLoader#load(Class)}, and fails as there.
   */
  public static <S> ServiceLoader<S> find(Class<S> service) {
    ModuleLayer layer = Installed.class.getModule().getLayer();
    if (layer != null && System.getProperty("java.class.path", "").isEmpty()) {
      // The runtime of a distribution with no jars dropped in: to find that there is no class path
      // ServiceLoader would look through all modules of the runtime, at the cost of a start.
      return ServiceLoader.load(layer, service);
    }
    return ServiceLoader.load(service);
  }
}
