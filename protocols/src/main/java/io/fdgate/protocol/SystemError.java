package io.fdgate.protocol;

import io.netty.channel.ConnectTimeoutException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.util.regex.Pattern;

/** What the kernel refused, in its own words: Netty's name its functions and numbers. */
public final class SystemError {
  private static final Pattern CALL =
      Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

  private SystemError() {}

  /**
   * Such as {@code Connection refused}; the message of what is no error of the kernel, and its kind
   * where the message alone says nothing.
   */
  public static String text(Throwable failure) {
    // Netty wraps some to add the address, which whoever asks knows.
    Throwable error = failure.getCause() instanceof IOException cause ? cause : failure;
    return switch (error) {
      case FileNotFoundException _ -> "no such socket";
      case NoRouteToHostException _ -> "no route";
      case ConnectTimeoutException _ -> "Connection timed out";
      case Error _ -> error.toString();
      default ->
          error.getMessage() == null
              ? error.toString()
              : CALL.matcher(error.getMessage()).replaceFirst("");
    };
  }
}
