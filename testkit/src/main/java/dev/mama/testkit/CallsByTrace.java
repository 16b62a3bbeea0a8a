package dev.mama.testkit;

import dev.mama.Trace;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The latest call of each of the latest 1,024 traces.
 *
 * <p>Thread-safe.
 */
final class CallsByTrace {

  private static final int KEPT = 1_024;

  private final Map<String, Call> byTrace =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Call> eldest) {
          return size() > KEPT;
        }
      };

  synchronized void keep(Trace trace, Call call) {
    byTrace.remove(trace.traceId());
    byTrace.put(trace.traceId(), call);
  }

  synchronized Optional<Call> last(String traceId) {
    return Optional.ofNullable(byTrace.get(traceId));
  }
}
