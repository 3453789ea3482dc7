"""A backup's watch over its master: RFC 3768 and RFC 9568, 6.4.2.

PURE. What was heard of the master, until when its silence is borne (and how long peers bear ours), whether it may be
preempted, and the reason for which this router would take over. What does not live here: taking over, and all other
states (fsm.py).
"""

from ipaddress import ip_address

from alived.workers.vrrp.events import STOPPING, AdvertReceived, AdvertRefused, Settings
from alived.workers.vrrp.priority import OWNER
from alived.workers.vrrp.pulse import Pulse
from alived.workers.vrrp.timers import ADVERTS_MISSED, PreemptDelay, master_down_interval, skew_time


class Watch:
    """What one router knows of the master, and when it has waited long enough."""

    def __init__(self, settings: Settings, priority: int, pulse: Pulse) -> None:
        self.settings = settings
        self.pulse = pulse
        """Has the timers of both, Master_Down_Timer among them."""
        self.priority = priority
        """Effective priority, 1 to 255."""
        self.master = b""
        """Primary address of the master: its last advert's source; empty: none was heard."""
        self.elected = False
        """The timer has fired, and no advert has come since that we would give way to."""
        self.case = ""
        """Why we would be master; empty while nothing but silence would make us."""
        self._preempt_delay = PreemptDelay(settings.preempt_delay)
        self._preempted = 0
        """Priority of the master whose adverts are discarded; 0: none are."""
        self._learned = 0.0
        self._refused: AdvertRefused | None = None
        self._refused_at = 0.0
        self._measure()

    @property
    def master_interval(self) -> float:
        """Master_Adver_Interval (RFC 9568, 6.1), seconds: what the master has named, or our own interval."""
        return self._learned or self.settings.advert_int

    def waits_for(self, now: float) -> str:
        """What the timer stands for: the end of a startup delay, preempting a lower master, or silence."""
        if now < self.pulse.earliest:
            return "startup"
        return "preempt" if self._preempted else "master_down"

    # --- what it goes by ----------------------------------------------------------------------------------------------

    def weigh(self, priority: int) -> bool:
        """Another effective priority; it applies to the next advert.

        Returns whether a running timer is to `begin` anew: it is if we were about to preempt a master whom this
        priority has to give way to.
        """
        self.priority = priority
        self._measure()
        return priority <= self._preempted

    def adapt(self, settings: Settings) -> bool:
        """Other settings; returns whether a running timer is to `begin` anew.

        It is if its length has changed, and if a master that was about to be preempted is to be left alone from now on.
        """
        before, self.settings = (self.settings, self.pulse.down_after), settings
        self._measure()
        if settings.preempt_delay != before[0].preempt_delay:
            self._preempt_delay = PreemptDelay(settings.preempt_delay)
        return self.pulse.down_after != before[1] or (settings.nopreempt and not before[0].nopreempt)

    def learn(self, interval: float) -> None:
        """Note the interval that the master names, seconds; 0: it names none."""
        if interval != self._learned and self.settings.version != 2:
            self._learned = interval
            self._measure()

    def forget(self) -> None:
        """There is no master to be watched."""
        self.master, self.elected, self.case, self._preempted, self.pulse.usual = b"", False, "", 0, None
        self._refused = None
        self.learn(0.0)

    def _measure(self) -> None:
        own, self.pulse.usual = self.settings, None
        self.pulse.interval = own.advert_int
        if own.version == 2:  # RFC 3768, 6.1: all routers have the same interval
            self._learned = 0.0
        self._skew = skew_time(own.version, self.priority, self.master_interval)
        self.pulse.down_after = master_down_interval(
            own.version, self.priority, self.master_interval, own.down_timer_adverts
        )
        heir = (own.timer_expired_backup if own.nopreempt else 0) or self.priority
        self.pulse.patience = master_down_interval(own.version, heir, own.advert_int, own.down_timer_adverts)

    # --- the watch ----------------------------------------------------------------------------------------------------

    def enter(self, now: float) -> None:
        """We have become a backup: a whole interval is listened for, and preempt_delay runs anew."""
        self._preempt_delay.cancel()
        self.begin(now)

    def begin(self, now: float) -> None:
        """Wait a whole Master_Down_Interval from now."""
        self.elected, self.case, self._preempted = False, "", 0
        self.pulse.wait(self.pulse.down_after, now)

    def claim(self, case: str, now: float) -> None:
        """Wait for nothing but the end of the startup delay."""
        self.pulse.due, self.case, self.pulse.usual = max(now, self.pulse.earliest), case, None

    def heard(self, event: AdvertReceived, now: float) -> None:
        """An advert of another router."""
        self.master, self.pulse.usual = event.source, None
        if event.priority == STOPPING:  # "If the Priority in the ADVERTISEMENT is Zero": only the skew is waited for
            self.case = f"{ip_address(event.source)} has stopped"
            self.pulse.wait(self._skew, now)
        elif event.priority >= self.priority:
            self._preempt_delay.cancel()
            self.learn(event.interval)
            self.begin(now)
            self.pulse.usual = event
        elif not self._preempts(now):  # "If Preempt_Mode is False"
            self.learn(event.interval)
            self.begin(now)
        else:  # discarded: the timer runs on
            self._preempted = event.priority
            self.case = f"preempted {ip_address(event.source)} of priority {event.priority}"

    def refused(self, event: AdvertRefused, now: float) -> None:
        """An advert that does not count: the timer runs on, but whoever asks why shall hear of it."""
        self._refused, self._refused_at = event, now

    def fire(self, now: float) -> bool:
        """The timer fired: whether we are elected, or have to listen first.

        Who comes more than an interval late has missed an advert, or nobody knows whether there was one: a process that
        did not run, or a virtual machine that was paused. The next one is waited for, if there is to be one.
        """
        if now - self.pulse.due > self.master_interval:
            self.pulse.wait(self.master_interval + self._skew, now)
            return False
        self.elected, self.pulse.usual = True, None
        if not self.case:
            self.case = self._silence(now)
        self.pulse.wait(self.pulse.down_after, now)
        return True

    def _silence(self, now: float) -> str:
        """What the silence was, in words, and who was not silent but not heard either."""
        refused = self._refused
        said = f"no advert from {ip_address(self.master)} for {self.pulse.down_after:.3g} s" if self.master else ""
        if refused is None or now - self._refused_at > max(self.pulse.down_after, ADVERTS_MISSED * refused.interval):
            return said or "no master was heard"
        return f"{said or 'no advert that counts was heard'}; {ip_address(refused.source)} is refused: {refused.reason}"

    def _preempts(self, now: float) -> bool:
        if self.priority == OWNER:  # 6.1, Preempt_Mode: the owner of the addresses always preempts
            return True
        return not self.settings.nopreempt and self._preempt_delay.passed(now)
