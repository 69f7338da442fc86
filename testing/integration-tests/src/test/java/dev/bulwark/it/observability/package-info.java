/** B6, B11: metrics, dashboards and alerts. */
@org.jspecify.annotations.NullMarked
package dev.bulwark.it.observability;
