/** Tests of the forward protocol without a process of its own. */
@NullMarked
package io.fdgate.protocol.forward;

import org.jspecify.annotations.NullMarked;
