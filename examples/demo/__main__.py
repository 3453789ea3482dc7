"""Sets the stage, tells the story, cleans up; exit code 1 when a step does not show what it must."""

import signal
import sys

from examples.demo.steps import STEPS, Story
from examples.demo.timeline import NotSeen, Timeline
from examples.testbed.hosts import Cluster, TookTooLong
from examples.testbed.namespaces import NotPermitted, become_root
from examples.testbed.pair import VIP

FAILED = 1
INTERRUPTED = 130


def main() -> int:
    """Run the demo."""
    become_root()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    print(f"alived: two hosts and the virtual address {VIP}")
    try:
        with Cluster() as cluster:
            return _tell(Story(cluster, Timeline()))
    except (NotPermitted, OSError, RuntimeError) as error:
        print(f"cannot set the stage here: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is left behind", file=sys.stderr)
        return INTERRUPTED
    return FAILED


def _tell(story: Story) -> int:
    for step in STEPS:
        try:
            step(story)
        except (NotSeen, TookTooLong, RuntimeError) as error:
            print(f"\nFAILED, {step.__name__}: {error}", file=sys.stderr)
            print(story.pair.story(), file=sys.stderr)
            return FAILED
    story.timeline.title("Every step showed what it must.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
