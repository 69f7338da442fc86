/** Quotas of requests: how many are left, and when there are more. */
@NullMarked
package dev.bulwark.limit.quota;

import org.jspecify.annotations.NullMarked;
