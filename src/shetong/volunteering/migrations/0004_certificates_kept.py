"""What was certified stays: no deletion, no change but the end of a certificate, its files, and erasure."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION volunteering_certificate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'certificates are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.serial, NEW.team_id, NEW.batch_id, NEW.covers_from, NEW.covers_to, NEW.minutes, NEW.token_digest,
        NEW.signing_key_id, NEW.issued_at, NEW.demo)
       IS DISTINCT FROM
       (OLD.id, OLD.serial, OLD.team_id, OLD.batch_id, OLD.covers_from, OLD.covers_to, OLD.minutes, OLD.token_digest,
        OLD.signing_key_id, OLD.issued_at, OLD.demo)
    THEN
        RAISE EXCEPTION 'what a certificate states cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    -- Erasing a registration empties what names the person, and nothing else does.
    IF (NEW.snapshot_sealed, NEW.token_sealed, NEW.shown) IS DISTINCT FROM
       (OLD.snapshot_sealed, OLD.token_sealed, OLD.shown)
       AND NOT (NEW.snapshot_sealed = ''::bytea AND NEW.token_sealed = ''::bytea
                AND NEW.shown - 'name_masked' = OLD.shown - 'name_masked')
    THEN
        RAISE EXCEPTION 'what a certificate states cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'valid' AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a certificate that is no longer valid stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_certificate_guard BEFORE UPDATE OR DELETE ON volunteering_servicecertificate
    FOR EACH ROW EXECUTE FUNCTION volunteering_certificate_guard();
CREATE TRIGGER service_certificates_kept BEFORE TRUNCATE ON volunteering_servicecertificate
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
"""
BACKWARD = """
DROP TRIGGER service_certificates_kept ON volunteering_servicecertificate;
DROP TRIGGER service_certificate_guard ON volunteering_servicecertificate;
DROP FUNCTION volunteering_certificate_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0003_certificates")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
