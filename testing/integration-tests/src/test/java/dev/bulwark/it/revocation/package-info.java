/** R1–R6 against a real server, with token introspection as the oracle. */
package dev.bulwark.it.revocation;
