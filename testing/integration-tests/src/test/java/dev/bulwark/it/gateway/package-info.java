/** K5, K9: the shipped configurations of gateways, each asked the same questions. */
@org.jspecify.annotations.NullMarked
package dev.bulwark.it.gateway;
