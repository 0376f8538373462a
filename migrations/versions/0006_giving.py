"""Donors, gifts and receipts. A paid gift stays paid; a receipt is never changed or taken back."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE donor (
            id uuid CONSTRAINT pk_donor PRIMARY KEY,
            key_id uuid NOT NULL CONSTRAINT fk_donor_key_id REFERENCES vault.data_key,
            email_index bytea NOT NULL CONSTRAINT uq_donor_email_index UNIQUE,
            sealed_email bytea NOT NULL,
            sealed_name bytea,
            language varchar NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT ck_donor_language CHECK (language IN ('en', 'th'))
        );

        CREATE TABLE gift (
            id uuid CONSTRAINT pk_gift PRIMARY KEY,
            donor_id uuid CONSTRAINT fk_gift_donor_id REFERENCES donor,
            office_id uuid NOT NULL CONSTRAINT fk_gift_office_id REFERENCES ledger.office,
            fund_id uuid NOT NULL CONSTRAINT fk_gift_fund_id REFERENCES ledger.fund,
            amount_minor bigint NOT NULL,
            currency varchar NOT NULL,
            method varchar NOT NULL,
            state varchar NOT NULL,
            attempt bigint NOT NULL,
            language varchar NOT NULL,
            stripe_session_id varchar CONSTRAINT uq_gift_stripe_session_id UNIQUE,
            stripe_payment_intent_id varchar
                CONSTRAINT uq_gift_stripe_payment_intent_id UNIQUE,
            stripe_charge_id varchar CONSTRAINT uq_gift_stripe_charge_id UNIQUE,
            bank_reference varchar,
            created_at timestamptz NOT NULL,
            paid_at timestamptz,
            paid_on date,
            CONSTRAINT uq_gift_office_id_bank_reference UNIQUE (office_id, bank_reference),
            CONSTRAINT ck_gift_amount_minor CHECK (amount_minor > 0),
            CONSTRAINT ck_gift_attempt CHECK (attempt > 0),
            CONSTRAINT ck_gift_language CHECK (language IN ('en', 'th')),
            CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'bank')),
            CONSTRAINT ck_gift_state
                CHECK (state IN ('open', 'processing', 'paid', 'failed', 'expired')),
            CONSTRAINT ck_gift_paid CHECK ((state = 'paid') = (paid_at IS NOT NULL)
                AND (state = 'paid') = (paid_on IS NOT NULL)),
            CONSTRAINT ck_gift_checkout
                CHECK (method <> 'checkout' OR (donor_id IS NOT NULL AND bank_reference IS NULL)),
            CONSTRAINT ck_gift_bank
                CHECK (method <> 'bank' OR (state = 'paid' AND bank_reference IS NOT NULL))
        );
        CREATE INDEX ix_gift_donor_id ON gift (donor_id);

        CREATE FUNCTION refuse_unpaying() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'a gift is never deleted' USING ERRCODE = 'restrict_violation';
            END IF;
            IF (NEW.id, NEW.donor_id, NEW.office_id, NEW.fund_id, NEW.amount_minor, NEW.currency)
                IS DISTINCT FROM
               (OLD.id, OLD.donor_id, OLD.office_id, OLD.fund_id, OLD.amount_minor, OLD.currency)
            THEN
                RAISE EXCEPTION 'what was given is never changed'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF OLD.state = 'paid'
                AND (NEW.state, NEW.paid_at, NEW.paid_on, NEW.stripe_payment_intent_id)
                IS DISTINCT FROM
                    (OLD.state, OLD.paid_at, OLD.paid_on, OLD.stripe_payment_intent_id)
            THEN
                RAISE EXCEPTION 'a paid gift stays paid' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_unpaying BEFORE UPDATE OR DELETE ON gift
            FOR EACH ROW EXECUTE FUNCTION refuse_unpaying();

        CREATE TABLE receipt_series (
            office_id uuid NOT NULL
                CONSTRAINT fk_receipt_series_office_id REFERENCES ledger.office,
            year bigint NOT NULL,
            last_number bigint NOT NULL,
            CONSTRAINT pk_receipt_series PRIMARY KEY (office_id, year)
        );

        CREATE TABLE receipt (
            id uuid CONSTRAINT pk_receipt PRIMARY KEY,
            office_id uuid NOT NULL,
            year bigint NOT NULL,
            number bigint NOT NULL,
            gift_id uuid NOT NULL CONSTRAINT fk_receipt_gift_id REFERENCES gift
                CONSTRAINT uq_receipt_gift_id UNIQUE,
            kind varchar NOT NULL,
            issued_on date NOT NULL,
            audit_event_id uuid NOT NULL,
            mailed_at timestamptz,
            CONSTRAINT fk_receipt_office_id_year FOREIGN KEY (office_id, year)
                REFERENCES receipt_series (office_id, year),
            CONSTRAINT uq_receipt_office_id_year_number UNIQUE (office_id, year, number),
            CONSTRAINT ck_receipt_number CHECK (number > 0),
            CONSTRAINT ck_receipt_year CHECK (year = EXTRACT(year FROM issued_on))
        );

        CREATE FUNCTION keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR
                (NEW.id, NEW.office_id, NEW.year, NEW.number, NEW.gift_id, NEW.kind,
                 NEW.issued_on, NEW.audit_event_id)
                IS DISTINCT FROM
                (OLD.id, OLD.office_id, OLD.year, OLD.number, OLD.gift_id, OLD.kind,
                 OLD.issued_on, OLD.audit_event_id)
            THEN
                RAISE EXCEPTION 'an issued receipt stays as it is'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_receipt BEFORE UPDATE OR DELETE ON receipt
            FOR EACH ROW EXECUTE FUNCTION keep_receipt();
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE receipt, receipt_series, gift, donor;
        DROP FUNCTION keep_receipt, refuse_unpaying;
        """
    )
