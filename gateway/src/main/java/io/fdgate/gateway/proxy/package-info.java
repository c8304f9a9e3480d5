/**
 * The PROXY protocol as the receiver sees it: who may tell whose connection it is, and the header
 * itself, which is taken off before the socket's protocol sees a byte.
 */
@NullMarked
package io.fdgate.gateway.proxy;

import org.jspecify.annotations.NullMarked;
