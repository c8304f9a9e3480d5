/**
 * Tests of HTTP: over real sockets where framing matters, in an embedded channel where time does.
 */
@NullMarked
package io.fdgate.protocol.http;

import org.jspecify.annotations.NullMarked;
