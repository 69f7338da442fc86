package dev.bulwark.app.tasks;

import java.util.List;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/** The tasks; except for the overview, each statement is limited to one owner. */
public interface TaskRepository extends Repository<Task, Long> {

  Task save(Task task);

  List<Task> findByOwnerOrderByIdDesc(String owner);

  /** Returns 0 where the owner has no such task. */
  @Modifying
  @Query("UPDATE task SET done = :done WHERE id = :id AND owner = :owner")
  int setDone(long id, String owner, boolean done);

  /** Returns 0 where the owner has no such task. */
  @Modifying
  @Query("DELETE FROM task WHERE id = :id AND owner = :owner")
  int delete(long id, String owner);

  @Query(
      """
      SELECT owner AS id, MAX(owner_name) AS username, COUNT(*) AS tasks,
             SUM(CASE WHEN done THEN 1 ELSE 0 END) AS done
      FROM task GROUP BY owner ORDER BY MAX(owner_name), owner
      """)
  List<OwnerSummary> summary();
}
