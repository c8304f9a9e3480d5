/**
 * What one exchange costs in a protocol's handlers, without sockets.
 *
 * <p>Run them with {@code tests/benchmarks/run [PATTERN] [JMH OPTION...]}. They compare a change
 * with what was before it, on one machine, in one run; they say nothing of the network.
 */
@NullMarked
package io.fdgate.benchmarks;

import org.jspecify.annotations.NullMarked;
