/** Tests of the line protocol. */
@NullMarked
package io.fdgate.protocol.line;

import org.jspecify.annotations.NullMarked;
