/** Opens connections: options, addresses, TLS; one primary, Sentinel, Cluster. */
@NullMarked
package dev.bulwark.redis.topology;

import org.jspecify.annotations.NullMarked;
