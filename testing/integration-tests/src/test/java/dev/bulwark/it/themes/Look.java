package dev.bulwark.it.themes;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;

/** Who looks: screen, colour scheme and language of the browser. */
public enum Look {
  DESKTOP_LIGHT(1280, 800, ColorScheme.LIGHT, "en-US"),
  DESKTOP_DARK(1280, 800, ColorScheme.DARK, "en-US"),
  PHONE_LIGHT(390, 844, ColorScheme.LIGHT, "de-DE"),
  PHONE_DARK(390, 844, ColorScheme.DARK, "de-DE"),

  /** The longer words on the wide screen, and the shorter ones on the small. */
  DESKTOP_GERMAN(1280, 800, ColorScheme.DARK, "de-DE"),
  PHONE_ENGLISH(390, 844, ColorScheme.LIGHT, "en-US"),

  /** Between both: the menu of the console is closed, and lists are blocks of lines. */
  TABLET(960, 600, ColorScheme.LIGHT, "en-US"),

  /** As narrow as a page at 400 %, in the colors that Windows forces upon it. */
  PHONE_NARROW(320, 640, ColorScheme.LIGHT, "de-DE");

  final int width;
  private final int height;
  private final ColorScheme scheme;
  private final String locale;

  Look(int width, int height, ColorScheme scheme, String locale) {
    this.width = width;
    this.height = height;
    this.scheme = scheme;
    this.locale = locale;
  }

  public boolean isDark() {
    return scheme == ColorScheme.DARK;
  }

  public boolean isGerman() {
    return locale.startsWith("de");
  }

  public Browser.NewContextOptions options() {
    Browser.NewContextOptions options =
        new Browser.NewContextOptions()
            .setViewportSize(width, height)
            .setColorScheme(scheme)
            .setLocale(locale);
    return this == PHONE_NARROW ? options.setForcedColors(ForcedColors.ACTIVE) : options;
  }
}
