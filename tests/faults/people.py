"""What people do to posts and deliveries while the engine is at work; being refused is one of the outcomes."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from publisher import accounts
from publisher.audit import COMMAND
from publisher.editorial import content, drafting, moving, review, withdrawing
from publisher.model import Account, Delivery, Person, Post
from publisher.refusal import Refused
from tests.faults.trial import Trial


class People:
    """An editor, an approver and an administrator at a second machine, who look at the outlets before they judge."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._texts = 0

    def edit(self, post_id: int) -> None:
        """Change the text: it goes back to draft, and what has not gone out is cancelled."""
        self._texts += 1

        def change(session: Session, post: Post) -> None:
            raw = {**content.of(drafting.head_version(session, post)).__dict__}
            raw |= {"body": f"Bản sửa {self._texts}.", "correction": f"Sửa lần {self._texts}."}
            drafting.save(session, self._person(session, "editor"), post, post.revision, content.read(raw))

        if self._to_post(f"edits post {post_id}", post_id, change):
            self.trial.void(post_id)

    def approve(self, post_id: int) -> None:
        """Submit and approve what was edited."""

        def submit(session: Session, post: Post) -> None:
            review.submit(session, self._person(session, "editor"), post, post.revision)

        def approve(session: Session, post: Post) -> None:
            person = self._person(session, "approver")
            review.approve(session, self.trial.house.worlds[1], person, post, post.revision, "")

        self._to_post(f"submits post {post_id}", post_id, submit)
        self._to_post(f"approves post {post_id}", post_id, approve)

    def withdraw(self, post_id: int) -> None:
        """Take back what was published."""

        def take_back(session: Session, post: Post) -> None:
            withdrawing.withdraw(session, self._person(session, "approver"), post, post.revision, "Hết hiệu lực.")

        if self._to_post(f"withdraws post {post_id}", post_id, take_back):
            self.trial.void(post_id)

    def restore(self, post_id: int) -> None:
        """Bring a withdrawn post back as a draft."""

        def bring_back(session: Session, post: Post) -> None:
            drafting.restore(session, self._person(session, "editor"), post, post.revision)

        self._to_post(f"restores post {post_id}", post_id, bring_back)

    def cancel(self, number: int) -> None:
        """Cancel a delivery that has not begun."""

        def call_off(session: Session, delivery: Delivery) -> None:
            moving.cancel(session, self._person(session, "editor"), delivery, "")

        self._to_delivery("cancels", number, call_off)

    def reschedule(self, number: int, minutes: float) -> None:
        """Move a delivery that has not begun."""

        def move(session: Session, delivery: Delivery) -> None:
            due_at = self.trial.now + timedelta(minutes=minutes)
            moving.reschedule(session, self._person(session, "editor"), delivery, due_at)

        self._to_delivery(f"moves by {minutes:.0f} min", number, move)

    def send_now(self, number: int) -> None:
        """Send what was held, failed or cancelled after all."""

        def send(session: Session, delivery: Delivery) -> None:
            moving.send_now(session, self._person(session, "approver"), delivery)

        self._to_delivery("sends now", number, send)

    def decide(self, number: int) -> None:
        """Look at the outlet, then say of an unsure delivery whether it landed."""

        def say(session: Session, delivery: Delivery) -> None:
            landed = any(stage.stands(delivery.key) for stage in self.trial.stages.values())
            moving.decide_unsure(session, self._person(session, "approver"), delivery, landed)

        self._to_delivery("decides", number, say)

    def pause(self, stage: str) -> None:
        """Stop sending on an account."""
        self._to_account("pauses", stage, lambda session, account: accounts.pause(session, COMMAND, account, "Nghỉ."))

    def resume(self, stage: str) -> None:
        """Send again on an account."""
        self._to_account("resumes", stage, lambda session, account: accounts.resume(session, COMMAND, account))

    def _to_post(self, what: str, post_id: int, act: Callable[[Session, Post], object]) -> bool:
        return self._do(what, lambda session: act(session, session.get_one(Post, post_id)))

    def _to_delivery(self, what: str, number: int, act: Callable[[Session, Delivery], object]) -> None:
        chosen = self._choice(self.trial.deliveries(), number)
        self._do(f"{what} {chosen.id}", lambda session: act(session, session.get_one(Delivery, chosen.id)))

    def _to_account(self, what: str, stage: str, act: Callable[[Session, Account], object]) -> None:
        account_id = self.trial.house.accounts[stage]
        self._do(f"{what} {stage}", lambda session: act(session, session.get_one(Account, account_id)))

    def _do(self, what: str, act: Callable[[Session], object]) -> bool:
        try:
            with self.trial.house.worlds[1].db.writing() as session:
                act(session)
        except Refused:
            self.trial.steps.append(f"somebody {what}: refused")
            return False
        self.trial.injected[f"person {what.split()[0]}"] += 1
        self.trial.steps.append(f"somebody {what}")
        return True

    def _person(self, session: Session, role: str) -> Person:
        return self.trial.house.office.person(session, role)

    @staticmethod
    def _choice(found: Sequence[Delivery], number: int) -> Delivery:
        return found[number % len(found)]
