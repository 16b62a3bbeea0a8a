package dev.mama.testkit;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.Trace;
import dev.mama.spi.ChatModel;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat model contract lets a plain model pass and notices each way to break it. */
class ChatModelContractMutantsTest extends ChatModelContract {

  @Override
  protected ChatModel newModel(URI server) {
    return new JdkChatModel(server);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        HandsOutTheAnswerOfAnother.class,
        AsksTwice.class,
        DropsTheFirstMessage.class,
        ReversesMessages.class,
        ForgetsOptions.class,
        MakesOptionsUp.class,
        StartsATraceOfItsOwn.class,
        SendsTheCallersSpan.class,
        HidesWhatServed.class,
        CountsNoAttempt.class,
        ForgetsTheIdempotencyKey.class,
        ForgetsRetryAfter.class,
        ForgetsTheDeadline.class,
        SwallowsInterruption.class,
        LeaksAPermitOnFailure.class,
        SaysAllIsTransient.class,
        SaysNothingIsTransient.class,
        ThrowsSomethingElse.class,
        AnswersGarbage.class,
        StaysOpen.class,
        RefusesOnlyNewCalls.class
      })
  void contract_brokenModel_fails(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  static class HandsOutTheAnswerOfAnother extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      var last = new AtomicReference<@Nullable ChatReply>();
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          ChatReply mine = super.chat(request);
          ChatReply other = last.getAndSet(mine);
          return other == null ? mine : other;
        }
      };
    }
  }

  static class AsksTwice extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          super.chat(request);
          return super.chat(request);
        }
      };
    }
  }

  static class DropsTheFirstMessage extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          int from = request.messages().size() > 1 ? 1 : 0;
          List<ChatMessage> rest = request.messages().subList(from, request.messages().size());
          return super.chat(request.messages(rest));
        }
      };
    }
  }

  static class ReversesMessages extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          List<ChatMessage> reversed = new ArrayList<>(request.messages()).reversed();
          return super.chat(request.messages(reversed));
        }
      };
    }
  }

  static class ForgetsOptions extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(
              ChatRequest.of(request.messages())
                  .tools(request.tools())
                  .toolChoice(request.toolChoice())
                  .format(request.format())
                  .within(request.trace(), request.deadline())
                  .idempotencyKey(request.idempotencyKey().orElse("none")));
        }
      };
    }
  }

  static class MakesOptionsUp extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.temperature().isPresent() ? request : request.temperature(0));
        }
      };
    }
  }

  static class StartsATraceOfItsOwn extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.within(Trace.start(), request.deadline()));
        }
      };
    }
  }

  static class SendsTheCallersSpan extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        Trace step(Trace trace) {
          return trace;
        }
      };
    }
  }

  static class HidesWhatServed extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          ChatReply reply = super.chat(request);
          return new ChatReply(reply.text(), name(), 0, 0, reply.queued(), reply.onWire());
        }
      };
    }
  }

  static class CountsNoAttempt extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          ChatReply r = super.chat(request);
          return r.servedBy(r.source(), 0, r.queued(), r.passedOver());
        }
      };
    }
  }

  static class ForgetsTheIdempotencyKey extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        Optional<String> key(ChatRequest request) {
          return Optional.empty();
        }
      };
    }
  }

  static class ForgetsRetryAfter extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        @Nullable Duration hint(HttpResponse<?> response) {
          return null;
        }
      };
    }
  }

  static class ForgetsTheDeadline extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.within(request.trace(), Deadline.NONE));
        }
      };
    }
  }

  static class SwallowsInterruption extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) {
          try {
            return super.chat(request);
          } catch (InterruptedException e) {
            throw new ChatException("interrupted", Reason.FAILED, 1, null, e);
          }
        }
      };
    }
  }

  static class LeaksAPermitOnFailure extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      var permits = new Semaphore(8);
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          if (!permits.tryAcquire(50, TimeUnit.MILLISECONDS)) {
            throw new ChatException("busy", Reason.BUSY);
          }
          ChatReply reply = super.chat(request);
          permits.release();
          return reply;
        }
      };
    }
  }

  static class SaysAllIsTransient extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return reclassifying(server, Reason.FAILED);
    }
  }

  static class SaysNothingIsTransient extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return reclassifying(server, Reason.REFUSED);
    }
  }

  static class ThrowsSomethingElse extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          try {
            return super.chat(request);
          } catch (ChatException e) {
            throw new IllegalStateException(e);
          }
        }
      };
    }
  }

  static class AnswersGarbage extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        ChatReply reply(byte[] body, Duration onWire) {
          try {
            return super.reply(body, onWire);
          } catch (ChatException e) {
            return new ChatReply("", ScriptedChatServer.MODEL, 0, 0, onWire, onWire);
          }
        }
      };
    }
  }

  static class StaysOpen extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public void close() {
          // Breaks the contract on purpose.
        }
      };
    }
  }

  static class RefusesOnlyNewCalls extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public void close() {
          refuseNewCalls();
        }
      };
    }
  }

  private static ChatModel reclassifying(URI server, Reason reason) {
    return new JdkChatModel(server) {
      @Override
      public ChatReply chat(ChatRequest request) throws InterruptedException {
        try {
          return super.chat(request);
        } catch (ChatException e) {
          throw new ChatException(
              String.valueOf(e.getMessage()), reason, 1, e.retryAfter().orElse(null), e);
        }
      }
    };
  }
}
