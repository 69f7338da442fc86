package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.KeyName;
import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.manage.RealmLimits;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.utils.FormMessage;

/**
 * The form that makes a key, as it is shown or was sent.
 *
 * @param name of the key, as typed
 * @param scopes names of the client scopes that are ticked
 * @param day last day on which the key is good, as typed
 * @param never whether the key has no end; false where the realm limits the life of keys
 * @param zone in which the day ends: that of the browser, or UTC where the form does not tell it
 */
record KeyForm(String name, List<String> scopes, String day, boolean never, ZoneId zone) {

  /** How long a key lasts unless another day is chosen, in days. */
  static final int DEFAULT_DAYS = 30;

  /** The form before anything is chosen. */
  static KeyForm blank(RealmLimits limits, long now) {
    LocalDate byDefault = today(now, ZoneOffset.UTC).plusDays(DEFAULT_DAYS);
    LocalDate last = lastDay(limits, now, ZoneOffset.UTC);
    LocalDate day = last == null || byDefault.isBefore(last) ? byDefault : last;
    return new KeyForm("", List.of(), day.toString(), false, ZoneOffset.UTC);
  }

  /** The form as a browser sent it. */
  static KeyForm sent(MultivaluedMap<String, String> input, RealmLimits limits) {
    return new KeyForm(
        Objects.requireNonNullElse(input.getFirst("name"), ""),
        List.copyOf(input.getOrDefault("scope", List.of())),
        Objects.requireNonNullElse(input.getFirst("expires"), ""),
        limits.maxLifeDays() == 0 && input.containsKey("never"),
        zone(input.getFirst("zone")));
  }

  private static ZoneId zone(@Nullable String id) {
    return id != null && ZoneId.getAvailableZoneIds().contains(id) ? ZoneId.of(id) : ZoneOffset.UTC;
  }

  /**
   * The first day that the key may have.
   *
   * @param now epoch milliseconds
   */
  LocalDate firstDay(long now) {
    return today(now, zone);
  }

  /**
   * The last day that a key made now may have; null for any.
   *
   * @param now epoch milliseconds
   */
  @Nullable LocalDate lastDay(RealmLimits limits, long now) {
    return lastDay(limits, now, zone);
  }

  private static @Nullable LocalDate lastDay(RealmLimits limits, long now, ZoneId zone) {
    return limits.maxLifeDays() == 0 ? null : today(now, zone).plusDays(limits.maxLifeDays() - 1L);
  }

  private static LocalDate today(long now, ZoneId zone) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(now), zone);
  }

  /**
   * What is wrong, one message for each field that is.
   *
   * @param offered the scopes that the owner may put on a key
   * @param now epoch milliseconds
   */
  List<FormMessage> faults(Set<String> offered, RealmLimits limits, long now) {
    List<FormMessage> faults = new ArrayList<>();
    if (KeyName.check(name).isEmpty()) {
      faults.add(new FormMessage("name", "apiKeyInvalidName"));
    }
    if (!offered.containsAll(scopes)) {
      faults.add(new FormMessage("scope", "apiKeyInvalidScope"));
    } else if (scopes.isEmpty() && !offered.isEmpty()) {
      faults.add(new FormMessage("scope", "apiKeyMissingScope"));
    }
    if (!never && !hasGoodDay(limits, now)) {
      faults.add(invalidExpiry(limits));
    }
    return faults;
  }

  private boolean hasGoodDay(RealmLimits limits, long now) {
    Long latest = limits.life().latestEnd(now);
    return Moments.endOfDay(day, zone)
        .filter(end -> end > now && (latest == null || end <= latest))
        .isPresent();
  }

  static FormMessage invalidExpiry(RealmLimits limits) {
    return switch (limits.maxLifeDays()) {
      case 0 -> new FormMessage("expires", "apiKeyInvalidExpiry");
      case 1 -> new FormMessage("expires", "apiKeyInvalidExpiryToday");
      default -> new FormMessage("expires", "apiKeyInvalidExpiryMax", limits.maxLifeDays());
    };
  }

  /** What a key is made of. The form has no fault. */
  ApiKeyData data() {
    return ApiKeyData.builder()
        .name(name)
        .scopes(scopes)
        .expiresAt(never ? null : Moments.endOfDay(day, zone).orElseThrow())
        .build();
  }
}
