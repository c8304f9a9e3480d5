/**
 * {@code fdgate doctor}: reads units, or the running environment, and says what will not work. It
 * changes nothing, and knows units only by their text: what systemd made of them, {@code
 * systemd-analyze verify} says.
 */
@NullMarked
package io.fdgate.gateway.doctor;

import org.jspecify.annotations.NullMarked;
