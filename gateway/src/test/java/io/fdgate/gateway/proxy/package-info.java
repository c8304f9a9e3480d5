/** Tests of the PROXY protocol's receiving side. */
@NullMarked
package io.fdgate.gateway.proxy;

import org.jspecify.annotations.NullMarked;
