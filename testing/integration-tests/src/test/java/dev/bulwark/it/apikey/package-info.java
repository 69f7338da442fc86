/** API keys against the real server: K1–K8. */
@org.jspecify.annotations.NullMarked
package dev.bulwark.it.apikey;
