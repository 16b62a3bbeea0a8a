package dev.mama.memory;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.Time;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Conversations by name: each a window of its latest messages, ended when nobody uses it.
 *
 * <p>Bounded in sessions, messages and tokens; {@link SessionOptions} says how. With a {@link
 * MemoryLog} what was added survives the process: {@link Session#add} then waits for the disk, and
 * {@link #addAll} waits once for many.
 *
 * <p>Thread-safe.
 */
public final class Sessions {

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final int SPARE_RECORDS = 10_000;

  private final SessionOptions options;
  private final Time time;
  private final @Nullable MemoryLog log;
  private final AtomicLong nextSequence = new AtomicLong(1);

  /** Sessions by name, the one used longest ago first; guarded by {@link #lock}. */
  private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();

  /** Shared by those who append, alone for who rewrites: nothing may come in between. */
  private final ReentrantReadWriteLock logging = new ReentrantReadWriteLock();

  /** The size of the log at which it is worth writing it anew. */
  private volatile long rewriteAt = SPARE_RECORDS;

  private Sessions(SessionOptions options, Time time, @Nullable MemoryLog log) {
    this.options = options;
    this.time = time;
    this.log = log;
  }

  /** Sessions that live as long as the process. */
  public static Sessions of(SessionOptions options, Time time) {
    return new Sessions(options, time, null);
  }

  /**
   * Sessions that are kept in {@code log}, and those that are there and have not expired. The log
   * is the caller's to close, after the last use.
   *
   * @throws dev.mama.StorageException if the log cannot be read
   * @throws InterruptedException if interrupted while reading
   */
  public static Sessions of(SessionOptions options, Time time, MemoryLog log)
      throws InterruptedException {
    var sessions = new Sessions(options, time, log);
    log.replay(bytes -> sessions.apply(SessionRecord.read(bytes)));
    sessions.sweep(sessions.now());
    sessions.rewriteAt = SPARE_RECORDS + 4L * sessions.live().size();
    return sessions;
  }

  private long now() {
    return time.now().toEpochMilli();
  }

  private void apply(SessionRecord entry) {
    switch (entry) {
      case SessionRecord.Ended ended -> {
        Session known = sessions.remove(ended.session());
        if (known != null) {
          known.end();
        }
      }
      case SessionRecord.Said said -> {
        Session session = sessions.get(said.session());
        long silentMillis = session == null ? 0 : said.atMillis() - session.usedMillis();
        if (session == null || silentMillis >= options.expireAfter().toMillis()) {
          session = put(said.session(), AgentId.of(said.agent()), said.atMillis());
        }
        nextSequence.accumulateAndGet(said.sequence() + 1, Math::max);
        if (said.sequence() > session.window.lastSequence()) {
          int tokens = options.tokenCounter().applyAsInt(said.message().content());
          session.window.add(
              new Window.Entry(said.sequence(), said.atMillis(), said.message(), tokens));
          session.window.replace(session.window.surplus().size(), null);
          touch(session, said.atMillis());
        }
      }
      case SessionRecord.Summed summed -> {
        Session session = sessions.get(summed.session());
        if (session == null) {
          session = put(summed.session(), AgentId.of(summed.agent()), summed.atMillis());
        }
        session.window.replace(
            Math.max(0, session.window.size() - summed.kept()), summed.summary());
      }
    }
  }

  /** Moves {@code session} to the end of the line; false if it is not there any more. */
  private boolean touch(Session session, long nowMillis) {
    if (!sessions.remove(session.id(), session)) {
      return false;
    }
    sessions.put(session.id(), session);
    session.use(nowMillis);
    return true;
  }

  private Session put(String id, AgentId agent, long nowMillis) {
    var session =
        new Session(
            id, agent, this, new Window(options.window(), options.tokenCounter()), nowMillis);
    Session before = sessions.remove(id);
    if (before != null) {
      before.end();
    }
    sessions.put(id, session);
    if (sessions.size() > options.maxSessions()) {
      Iterator<Session> all = sessions.values().iterator();
      all.next().end();
      all.remove();
    }
    return session;
  }

  /**
   * The session {@code id} of {@code agent}; a new one where there is none or it has expired.
   *
   * @param id 1 to 128 characters of A-Z a-z 0-9 . _ : -
   * @throws IllegalArgumentException if the id is not valid, or the session is another agent's
   */
  public Session open(String id, AgentId agent) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "session id '%s' must be 1 to 128 characters of A-Z a-z 0-9 . _ : -".formatted(id));
    }
    long now = now();
    lock.lock();
    try {
      sweep(now);
      Session known = sessions.get(id);
      if (known == null) {
        return put(id, agent, now);
      }
      if (!known.agent().equals(agent)) {
        throw new IllegalArgumentException(
            "session '%s' belongs to agent '%s', not to '%s'; choose another id"
                .formatted(id, known.agent(), agent));
      }
      touch(known, now);
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** The session {@code id}, empty if there is none or it has expired; looking is no use of it. */
  public Optional<Session> find(String id) {
    long now = now();
    lock.lock();
    try {
      sweep(now);
      return Optional.ofNullable(sessions.get(id));
    } finally {
      lock.unlock();
    }
  }

  /** Those used longest ago come first, so the walk ends at the first that has not expired. */
  private void sweep(long nowMillis) {
    Iterator<Session> all = sessions.values().iterator();
    while (all.hasNext()) {
      Session eldest = all.next();
      if (nowMillis - eldest.usedMillis() < options.expireAfter().toMillis()) {
        return;
      }
      eldest.end();
      all.remove();
    }
  }

  /**
   * Adds messages to several open sessions, with one wait for the disk.
   *
   * @param messages by session id; all sessions must be open
   * @throws IllegalArgumentException if a session is not open, or a message alone has more tokens
   *     than the window; nothing was added
   * @throws InterruptedException if interrupted while waiting; the messages may be kept or not
   */
  public void addAll(Map<String, List<ChatMessage>> messages) throws InterruptedException {
    var targets = new ArrayList<Session>();
    var said = new ArrayList<List<ChatMessage>>();
    lock.lock();
    try {
      sweep(now());
      messages.forEach((id, each) -> {
        Session session = sessions.get(id);
        if (session == null) {
          throw new IllegalArgumentException(
              "session '%s' is not open; open it first".formatted(id));
        }
        targets.add(session);
        said.add(each);
      });
    } finally {
      lock.unlock();
    }
    add(targets, said);
  }

  /** The messages of those of {@code ids} that are there, by id. */
  public Map<String, List<ChatMessage>> messages(Collection<String> ids) {
    var found = new LinkedHashMap<String, List<ChatMessage>>();
    List<Session> there;
    lock.lock();
    try {
      sweep(now());
      there = ids.stream().map(sessions::get).filter(Objects::nonNull).toList();
    } finally {
      lock.unlock();
    }
    there.forEach(session -> found.put(session.id(), session.messages()));
    return found;
  }

  /** Ends the session {@code id}; false if there was none. */
  public boolean end(String id) throws InterruptedException {
    lock.lock();
    try {
      Session session = sessions.remove(id);
      if (session == null) {
        return false;
      }
      session.end();
    } finally {
      lock.unlock();
    }
    if (log != null) {
      logging.readLock().lock();
      try {
        log.append(List.of(new SessionRecord.Ended(id).bytes()));
      } finally {
        logging.readLock().unlock();
      }
    }
    return true;
  }

  /** How many sessions there are. */
  public int size() {
    lock.lock();
    try {
      sweep(now());
      return sessions.size();
    } finally {
      lock.unlock();
    }
  }

  void add(List<Session> targets, List<List<ChatMessage>> said) throws InterruptedException {
    long now = now();
    var entries = new ArrayList<List<Window.Entry>>();
    var records = new ArrayList<byte[]>();
    for (int i = 0; i < targets.size(); i++) {
      Session session = targets.get(i);
      var its = new ArrayList<Window.Entry>();
      for (ChatMessage message : said.get(i)) {
        int tokens = Window.tokens(message, options.window(), options.tokenCounter(), session.id());
        its.add(new Window.Entry(0, now, message, tokens));
      }
      entries.add(its);
    }
    lock.lock();
    try {
      for (Session session : targets) {
        if (!touch(session, now)) {
          throw new IllegalStateException(
              "session '%s' has ended; open it again".formatted(session.id()));
        }
      }
    } finally {
      lock.unlock();
    }
    logging.readLock().lock();
    try {
      for (int i = 0; i < targets.size(); i++) {
        keep(targets.get(i), entries.get(i), now, records);
      }
      if (log != null) {
        log.append(records);
      }
      for (Session session : targets) {
        makeRoom(session, now);
      }
    } finally {
      logging.readLock().unlock();
    }
    rewriteIfWorthIt();
  }

  private void keep(Session session, List<Window.Entry> entries, long now, List<byte[]> records) {
    session.lock.lock();
    try {
      for (Window.Entry entry : entries) {
        var kept =
            new Window.Entry(nextSequence.getAndIncrement(), now, entry.message(), entry.tokens());
        session.window.add(kept);
        if (log != null) {
          records.add(SessionRecord.said(session, kept).bytes());
        }
      }
    } finally {
      session.lock.unlock();
    }
  }

  private void makeRoom(Session session, long now) throws InterruptedException {
    session.lock.lock();
    try {
      List<Window.Entry> leaving = session.window.surplus();
      if (leaving.isEmpty()) {
        return;
      }
      Optional<String> summary;
      try {
        summary =
            options
                .summariser()
                .summarise(
                    session.window.summary(), leaving.stream().map(Window.Entry::message).toList());
      } catch (RuntimeException | InterruptedException e) {
        int most = 2 * options.window().messages();
        session.window.replace(Math.max(0, session.window.size() - most), null);
        throw e;
      }
      session.window.replace(leaving.size(), summary.orElse(null));
      if (log != null && summary.isPresent()) {
        log.append(List.of(SessionRecord.summed(session, session.window.size(), now).bytes()));
      }
    } finally {
      session.lock.unlock();
    }
  }

  /** Leaves behind what the log holds of messages and sessions that are gone. */
  private void rewriteIfWorthIt() throws InterruptedException {
    if (log == null || log.size() < rewriteAt || !logging.writeLock().tryLock()) {
      return;
    }
    try {
      List<byte[]> live = live();
      log.rewrite(live);
      rewriteAt = SPARE_RECORDS + 4L * live.size();
    } finally {
      logging.writeLock().unlock();
    }
  }

  private List<byte[]> live() {
    List<Session> all;
    lock.lock();
    try {
      all = List.copyOf(sessions.values());
    } finally {
      lock.unlock();
    }
    var records = new ArrayList<byte[]>();
    for (Session session : all) {
      session.lock.lock();
      try {
        if (session.window.summary().isPresent()) {
          records.add(SessionRecord.summed(session, 0, session.usedMillis()).bytes());
        }
        for (Window.Entry entry : session.window.entries()) {
          records.add(SessionRecord.said(session, entry).bytes());
        }
      } finally {
        session.lock.unlock();
      }
    }
    return records;
  }
}
