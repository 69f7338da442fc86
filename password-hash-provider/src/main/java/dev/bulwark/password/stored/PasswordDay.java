package dev.bulwark.password.stored;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * The stored passwords of a realm on one day (UTC). Days are numbered as {@link LocalDate} does.
 */
@Entity
@Table(name = "BULWARK_PASSWORD_DAY")
@IdClass(PasswordDay.Key.class)
@NamedQuery(
    name = "bulwarkPasswordDayExists",
    query = "select count(d.total) from PasswordDay d where d.epochDay = :day")
@NamedQuery(
    name = "bulwarkPasswordDayOfRealm",
    query =
        "select d from PasswordDay d where d.realmId = :realm and d.epochDay >= :from"
            + " and d.epochDay < :until order by d.epochDay")
@NamedQuery(
    name = "bulwarkPasswordDayDelete",
    query = "delete from PasswordDay d where d.epochDay < :from")
@NullUnmarked
public class PasswordDay {

  @Id
  @Column(name = "REALM_ID", length = 36)
  private String realmId;

  @Id
  @Column(name = "EPOCH_DAY")
  private long epochDay;

  @Column(name = "TOTAL", nullable = false)
  private long total;

  @Column(name = "LEGACY", nullable = false)
  private long legacy;

  /** For Hibernate. */
  protected PasswordDay() {}

  PasswordDay(String realmId, LocalDate day, StoredHashCount count) {
    this.realmId = realmId;
    this.epochDay = day.toEpochDay();
    this.total = count.total();
    this.legacy = count.legacy();
  }

  /** The day in UTC. */
  LocalDate day() {
    return LocalDate.ofEpochDay(epochDay);
  }

  /** All passwords. */
  long total() {
    return total;
  }

  /** Those with another algorithm than {@code argon2}. */
  long legacy() {
    return legacy;
  }

  /** What identifies a row. */
  @NullUnmarked
  public static class Key implements Serializable {

    private static final long serialVersionUID = 1;

    private String realmId;
    private long epochDay;

    /** For Hibernate. */
    public Key() {}

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && epochDay == key.epochDay
          && Objects.equals(realmId, key.realmId);
    }

    @Override
    public int hashCode() {
      return Objects.hash(realmId, epochDay);
    }
  }
}
