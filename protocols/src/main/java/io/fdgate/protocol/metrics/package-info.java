/**
 * What is counted, for Prometheus: its text format or OpenMetrics, as the client asks.
 *
 * <p>{@link io.fdgate.protocol.Counters} do the counting, on the way of the data; here they are
 * only read, when somebody asks. So the Prometheus library, which writes the formats, is loaded by
 * the first scrape.
 */
@NullMarked
package io.fdgate.protocol.metrics;

import org.jspecify.annotations.NullMarked;
