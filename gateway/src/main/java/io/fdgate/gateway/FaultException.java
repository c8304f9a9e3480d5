package io.fdgate.gateway;

import java.util.List;

/** Carries all the faults that were found together, so that one look shows everything to mend. */
public final class FaultException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  /**
   * All faults of a step.
   *
   * @param faults at least one
   */
  public FaultException(List<Fault> faults) {
    super(faults.toString(), null, false, false);
    this.faults = List.copyOf(faults);
  }

  /** The faults, in the order found. */
  public List<Fault> faults() {
    return faults;
  }

  /** 78 if the configuration has a part in it, else 1. */
  public int exitStatus() {
    return faults.stream().mapToInt(fault -> fault.kind().exitStatus()).max().orElse(1);
  }
}
