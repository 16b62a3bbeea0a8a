package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import dev.mama.Pressure;
import dev.mama.llm.LlmBudget.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts of what was spent, per experiment, group and agent where such a budget is set.
 *
 * <p>What a call will use is reserved before it and settled by what it used, so that a thousand
 * calls at once do not overdraw a hard limit by more than their estimates are wrong. An attempt
 * that the server may have answered although nobody read it (a timeout, an answer that was cut or
 * made no sense) is charged by estimate, so that a hard limit also stops what never succeeds. Calls
 * without a caller have one account per scope of their own. Accounts live as long as the client.
 *
 * <p>Thread-safe; never waits. Accounts are locked one at a time.
 */
final class Budgets {

  private static final Logger log = LoggerFactory.getLogger(Budgets.class);
  private static final String NOBODY = "(no caller)";

  private final Map<Scope, LlmBudget> budgets = new EnumMap<>(Scope.class);
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final Queue<Account> ofExperiments = new ConcurrentLinkedQueue<>();
  private final LlmMeters meters;

  Budgets(Map<Scope, LlmBudget> budgets, LlmMeters meters) {
    this.budgets.putAll(budgets);
    this.meters = meters;
  }

  /**
   * Reserves for one call.
   *
   * @throws ChatException if a limit stands against it; nothing is reserved then
   */
  Reserved reserve(ChatRequest request, long tokens, double money) {
    var reserved = new Reserved(tokens, money);
    try {
      budgets.forEach((scope, budget) -> {
        Account account =
            accounts.computeIfAbsent(name(scope, request), name -> opened(scope, name, budget));
        account.reserve(tokens, money, request.priority());
        reserved.from.add(account);
      });
      return reserved;
    } catch (ChatException e) {
      reserved.close();
      throw e;
    }
  }

  /**
   * SLOW where an experiment has passed a soft limit, RECORD_ONLY where its latest call hit a hard
   * one.
   */
  Pressure pressure() {
    Pressure worst = Pressure.NORMAL;
    for (Account account : ofExperiments) {
      Pressure own = account.pressure();
      worst = own.compareTo(worst) > 0 ? own : worst;
    }
    return worst;
  }

  /** What {@code caller}'s account of that scope has spent; nothing where there is none. */
  LlmSpent spent(Scope scope, Caller caller) {
    Account account =
        accounts.get(scope.name().toLowerCase(Locale.ROOT) + " " + whose(scope, caller));
    return account == null ? new LlmSpent(0, 0) : account.spentSoFar();
  }

  /** What one call has reserved; given back when closed. What it used is spent beside that. */
  static final class Reserved implements Spend, AutoCloseable {
    private final List<Account> from = new ArrayList<>(0);
    private final long tokens;
    private final double money;

    private Reserved(long tokens, double money) {
      this.tokens = tokens;
      this.money = money;
    }

    @Override
    public void add(long usedTokens, double usedMoney) {
      from.forEach(account -> account.spend(usedTokens, usedMoney));
    }

    @Override
    public void close() {
      from.forEach(account -> account.giveBack(tokens, money));
    }
  }

  private Account opened(Scope scope, String name, LlmBudget budget) {
    var account = new Account(name, budget);
    if (scope == Scope.EXPERIMENT) {
      ofExperiments.add(account);
    }
    return account;
  }

  private static String name(Scope scope, ChatRequest request) {
    String whose = request.caller().map(caller -> whose(scope, caller)).orElse(NOBODY);
    return scope.name().toLowerCase(Locale.ROOT) + " " + whose;
  }

  private static String whose(Scope scope, Caller caller) {
    return switch (scope) {
      case EXPERIMENT -> caller.experiment().value();
      case GROUP -> caller.experiment() + "/" + caller.group();
      case AGENT -> caller.experiment() + "/" + caller.agent();
    };
  }

  /** What one of them has spent and reserved. */
  private final class Account {
    private final String name;
    private final LlmBudget budget;
    private long spentTokens;
    private double spentMoney;
    private long reservedTokens;
    private double reservedMoney;
    private boolean softReported;
    private boolean hardRefused;

    Account(String name, LlmBudget budget) {
      this.name = name;
      this.budget = budget;
    }

    synchronized void reserve(long tokens, double money, Priority priority) {
      long tokensThen = spentTokens + reservedTokens + tokens;
      double moneyThen = spentMoney + reservedMoney + money;
      if (tokensThen > budget.hardTokens() || moneyThen > budget.hardMoney()) {
        hardRefused = true;
        throw exhausted("hard", budget.hardTokens(), budget.hardMoney());
      }
      if (spentTokens > budget.softTokens() || spentMoney > budget.softMoney()) {
        if (!softReported) {
          softReported = true;
          meters.softLimitReached();
          log.warn("budget of {} has passed its soft limit: {}", name, spent());
        }
        if (priority == Priority.OPTIONAL) {
          throw exhausted("soft", budget.softTokens(), budget.softMoney());
        }
      }
      hardRefused = false;
      reservedTokens += tokens;
      reservedMoney += money;
    }

    synchronized Pressure pressure() {
      if (hardRefused) {
        return Pressure.RECORD_ONLY;
      }
      boolean soft = spentTokens > budget.softTokens() || spentMoney > budget.softMoney();
      return soft ? Pressure.SLOW : Pressure.NORMAL;
    }

    synchronized LlmSpent spentSoFar() {
      return new LlmSpent(spentTokens, spentMoney);
    }

    synchronized void giveBack(long tokens, double money) {
      reservedTokens -= tokens;
      reservedMoney -= money;
    }

    synchronized void spend(long tokens, double money) {
      spentTokens += tokens;
      spentMoney += money;
    }

    private ChatException exhausted(String which, long tokens, double money) {
      return new ChatException(
          "the %s budget of %s stands against this call: %s; the limit is %s tokens and %s; raise it or ask less"
              .formatted(which, name, spent(), shown(tokens), shown(money)),
          Reason.BUDGET);
    }

    private String spent() {
      return "%d tokens and %.4f spent, %d and %.4f reserved"
          .formatted(spentTokens, spentMoney, reservedTokens, reservedMoney);
    }

    private static String shown(long tokens) {
      return tokens == Long.MAX_VALUE ? "any number of" : Long.toString(tokens);
    }

    private static String shown(double money) {
      return Double.isInfinite(money) ? "any money" : Double.toString(money);
    }
  }
}
