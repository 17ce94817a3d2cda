"""What the clock does beside delivering, in one readable table."""

from publisher.accounts.renewing import renew_tokens_job
from publisher.accounts.watch import watch_accounts_job
from publisher.delivery.jobs import ENGINE_JOBS, Job
from publisher.operations.alerts import watch_job
from publisher.operations.retention import retention_job
from publisher.radio.logbook import settle_job
from publisher.reach.jobs import jobs as reach_jobs
from publisher.reports import reminders

JOBS: tuple[Job, ...] = (
    *ENGINE_JOBS,
    renew_tokens_job(),
    watch_accounts_job(),
    retention_job(),
    settle_job(),
    *reach_jobs(),
    reminders.JOB,
    watch_job(lambda: JOBS),
)
