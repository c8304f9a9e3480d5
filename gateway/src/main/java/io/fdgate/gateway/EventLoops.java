package io.fdgate.gateway;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;

/**
 * Netty's event loops, but for one thing: without a timer they wait for events alone. Netty's wait
 * for a second at most, to throw cancelled timers away of which there are none, and so the kernel
 * starts and stops a clock for each wait.
 */
final class EventLoops extends MultiThreadIoEventLoopGroup {
  EventLoops(int threads) {
    super(threads, new DefaultThreadFactory("serve"), EpollIoHandler.newFactory());
  }

  @Override
  protected IoEventLoop newChild(
      Executor executor, IoHandlerFactory handlers, Object... noArguments) {
    return new Loop(this, executor, handlers);
  }

  private static final class Loop extends SingleThreadIoEventLoop {
    Loop(EventLoops parent, Executor executor, IoHandlerFactory handlers) {
      super(parent, executor, handlers);
    }

    /** When the next timer is due, -1 if there is none. */
    @Override
    protected long deadlineNanos() {
      return nextScheduledTaskDeadlineNanos();
    }
  }
}
