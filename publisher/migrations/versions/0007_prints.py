"""Prints: orders, places, hangings; checks of hotlines; page views by where the address was read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_place_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_place_unit_id_name")),
    )
    op.create_table(
        "print_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("permit", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=True),
        sa.Column("hang_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("down_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("down_at > hang_at", name=op.f("ck_print_order_span")),
        sa.CheckConstraint("state IN ('draft', 'ordered', 'received', 'closed', 'cancelled')", name=op.f("ck_print_order_state")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_print_order_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_print_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_order")),
    )
    op.create_index(
        "ix_print_order_state_hang_at", "print_order", ["state", "hang_at"], unique=False,
    )
    op.create_index(
        "ix_print_order_unit_id_state", "print_order", ["unit_id", "state"], unique=False,
    )
    op.create_table(
        "print_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("material", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_print_line_quantity")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_print_line_delivery_id")),
        sa.ForeignKeyConstraint(["order_id"], ["print_order.id"], name=op.f("fk_print_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_line")),
        sa.UniqueConstraint("order_id", "delivery_id", "code", name=op.f("uq_print_line_order_id_delivery_id_code")),
    )
    op.create_index(
        "ix_print_line_delivery_id", "print_line", ["delivery_id"], unique=False,
    )
    op.create_table(
        "hanging",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("hung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hung_by", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("(hung_at IS NULL) = (evidence_id IS NULL)", name=op.f("ck_hanging_proof")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_hanging_quantity")),
        sa.CheckConstraint("taken_at IS NULL OR hung_at IS NOT NULL", name=op.f("ck_hanging_taken_after_hung")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_hanging_evidence_id")),
        sa.ForeignKeyConstraint(["hung_by"], ["person.id"], name=op.f("fk_hanging_hung_by")),
        sa.ForeignKeyConstraint(["line_id"], ["print_line.id"], name=op.f("fk_hanging_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["print_order.id"], name=op.f("fk_hanging_order_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_hanging_place_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_hanging_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hanging")),
        sa.UniqueConstraint("line_id", "place_id", name=op.f("uq_hanging_line_id_place_id")),
    )
    op.create_index(
        "ix_hanging_place_id", "hanging", ["place_id"], unique=False,
    )
    op.create_index(
        "ix_hanging_to_hang", "hanging", ["order_id"], unique=False,
        sqlite_where=sa.text("hung_at IS NULL"), postgresql_where=sa.text("hung_at IS NULL"),
    )
    op.create_index(
        "ix_hanging_to_take_down", "hanging", ["order_id"], unique=False,
        sqlite_where=sa.text("hung_at IS NOT NULL AND taken_at IS NULL"), postgresql_where=sa.text("hung_at IS NOT NULL AND taken_at IS NULL"),
    )
    op.create_table(
        "hotline_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("hotline", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hotline_check_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hotline_check_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_check")),
    )
    op.create_index(
        "ix_hotline_check_unit_id_at", "hotline_check", ["unit_id", "at"], unique=False,
    )
    op.create_table(
        "page_source",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["page.post_id"], name=op.f("fk_page_source_post_id")),
        sa.PrimaryKeyConstraint("post_id", "source", "day", name=op.f("pk_page_source")),
    )
    _keep_records()


def _keep_records() -> None:
    """Who rang a hotline when is a record: nobody rewrites it, not even by SQL."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_hotline_check_{verb.lower()} BEFORE {verb} ON hotline_check "
                "BEGIN SELECT RAISE(ABORT, 'hotline_check is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER keep_hotline_check BEFORE UPDATE OR DELETE ON hotline_check "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
