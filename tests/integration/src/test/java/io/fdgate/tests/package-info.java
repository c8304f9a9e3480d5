/** The distribution as users start it, with real sockets and clients nobody here wrote. */
@NullMarked
package io.fdgate.tests;

import org.jspecify.annotations.NullMarked;
