/**
 * Real servers for tests: processes of this machine on free ports of the loopback interface, with
 * their data and logs below {@code target/}.
 *
 * <p>Where a program is missing, the test that wants it is skipped and says so. Other modules use
 * this package through the test jar.
 */
@NullMarked
package dev.bulwark.redis.process;

import org.jspecify.annotations.NullMarked;
