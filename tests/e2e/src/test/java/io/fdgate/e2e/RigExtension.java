package io.fdgate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Hands the rig to tests, booted and installed once, ended after the last class. Each test begins
 * with no unit of ours running; one that fails tells what the journal has of it.
 */
final class RigExtension
    implements ParameterResolver,
        BeforeEachCallback,
        AfterEachCallback,
        TestExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(RigExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Rig.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return rig(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    rig(context).forgetJournal();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    rig(context).clean();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    failure.addSuppressed(
        new AssertionError("the journal of this test:\n" + rig(context).journal()));
    throw failure;
  }

  private static Rig rig(ExtensionContext context) {
    Store store = context.getRoot().getStore(NAMESPACE);
    return store.computeIfAbsent(Rig.class, key -> bootAndInstall(), Rig.class);
  }

  private static Rig bootAndInstall() {
    try {
      Rig rig = Rig.bootAlone("rig");
      try {
        rig.install();
      } catch (IOException | InterruptedException | RuntimeException | AssertionError failure) {
        rig.close();
        throw failure;
      }
      return rig;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
