package dev.bulwark.realm.parts;

/** A part of the bundle that a realm switches on. */
enum Part {
  REVOCATION("eventsListener", BundleNames.REVOCATION),
  KEYS("required-action", BundleNames.API_KEYS),
  LIMITS("login-rate-limiter", "default"),
  MAILS("eventsListener", BundleNames.MAILS),
  EVENT_LOG("eventsListener", BundleNames.EVENT_LOG),
  THEME("themeResource", "bulwark");

  private final String spi;
  private final String provider;

  Part(String spi, String provider) {
    this.spi = spi;
    this.provider = provider;
  }

  /** The SPI of the provider that does the work. */
  String spi() {
    return spi;
  }

  /** The id of that provider. */
  String provider() {
    return provider;
  }
}
