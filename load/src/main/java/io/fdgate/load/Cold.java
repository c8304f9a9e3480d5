package io.fdgate.load;

import java.time.Duration;

/**
 * How activation itself is measured.
 *
 * @param unit the service that must not be running
 * @param activations how often
 * @param stop whether the unit is stopped before each, or waited for
 * @param longestWait for the unit to be inactive
 */
public record Cold(Unit unit, int activations, boolean stop, Duration longestWait) {}
