/**
 * The load tester. A {@link io.fdgate.load.LoadRun} opens connections to a {@link
 * io.fdgate.load.Target}, keeps messages in flight on each of its {@link io.fdgate.load.Lane}s,
 * checks every byte that comes back, and gives its figures to a {@link io.fdgate.load.Timeline}, of
 * which a {@link io.fdgate.load.Report} is made: text, JSON or HTML.
 *
 * <p>Each event loop has a {@link io.fdgate.load.Worker}, which alone touches its lanes and its
 * {@link io.fdgate.load.Tally}; once a second it hands the tally over and begins a new one. So
 * nothing is shared on the hot path.
 */
@NullMarked
package io.fdgate.load;

import org.jspecify.annotations.NullMarked;
