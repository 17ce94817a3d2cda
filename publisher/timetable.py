"""What the clock does beside delivering, in one readable table."""

from publisher.delivery.jobs import ENGINE_JOBS, Job

JOBS: tuple[Job, ...] = (*ENGINE_JOBS,)
