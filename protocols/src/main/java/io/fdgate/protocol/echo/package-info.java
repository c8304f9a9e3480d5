/** Every byte and every datagram back to its sender (RFC 862). */
@NullMarked
package io.fdgate.protocol.echo;

import org.jspecify.annotations.NullMarked;
