package dev.bulwark.apikey.store;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/** A row to lock, so that parallel creations for one owner cannot pass the limit together. */
@Entity
@Table(name = "BULWARK_API_KEY_OWNER")
@NullUnmarked
public class ApiKeyOwnerEntity {

  /** The longest key that every database takes. */
  static final int MAX_ID = 255;

  @Id
  @Column(name = "ID", length = ApiKeyOwnerEntity.MAX_ID)
  private String id;

  public String getId() {
    return id;
  }

  public void setId(String id) {
    this.id = id;
  }
}
