@NullMarked
package dev.bulwark.app.settings;

import org.jspecify.annotations.NullMarked;
