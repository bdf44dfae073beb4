"""What was issued stays as issued: certificates and signing keys cannot be deleted or rewritten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION registry_certificate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'certificates are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.organisation_id, NEW.serial, NEW.issued_at, NEW.snapshot, NEW.token, NEW.signing_key_id, NEW.demo)
       IS DISTINCT FROM
       (OLD.id, OLD.organisation_id, OLD.serial, OLD.issued_at, OLD.snapshot, OLD.token, OLD.signing_key_id, OLD.demo)
    THEN
        RAISE EXCEPTION 'what a certificate states cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'valid' THEN
        RAISE EXCEPTION 'a certificate that is no longer valid does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER registry_certificate_guard BEFORE UPDATE OR DELETE ON registry_certificate
    FOR EACH ROW EXECUTE FUNCTION registry_certificate_guard();

CREATE FUNCTION registry_signing_key_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'signing keys are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.key_id, NEW.public_key, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.key_id, OLD.public_key, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a signing key cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.use = 'compromised' AND NEW.use <> 'compromised') OR (OLD.use = 'retired' AND NEW.use = 'active') THEN
        RAISE EXCEPTION 'a signing key does not come back into use' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER registry_signing_key_guard BEFORE UPDATE OR DELETE ON registry_signingkey
    FOR EACH ROW EXECUTE FUNCTION registry_signing_key_guard();
"""

BACKWARD = """
DROP TRIGGER registry_signing_key_guard ON registry_signingkey;
DROP FUNCTION registry_signing_key_guard();
DROP TRIGGER registry_certificate_guard ON registry_certificate;
DROP FUNCTION registry_certificate_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_search")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
