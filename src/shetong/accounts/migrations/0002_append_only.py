"""The audit trail only grows: triggers queue each event for the chain and forbid every other change."""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION accounts_audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_auditpending (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_event_queue AFTER INSERT ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_queue();
CREATE TRIGGER audit_event_frozen BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_event_kept BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_link_frozen BEFORE UPDATE OR DELETE ON accounts_auditlink
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_link_kept BEFORE TRUNCATE ON accounts_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_checkpoint_frozen BEFORE UPDATE OR DELETE ON accounts_auditcheckpoint
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_checkpoint_kept BEFORE TRUNCATE ON accounts_auditcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
"""
DROP = """
DROP TRIGGER audit_checkpoint_kept ON accounts_auditcheckpoint;
DROP TRIGGER audit_checkpoint_frozen ON accounts_auditcheckpoint;
DROP TRIGGER audit_link_kept ON accounts_auditlink;
DROP TRIGGER audit_link_frozen ON accounts_auditlink;
DROP TRIGGER audit_event_kept ON accounts_auditevent;
DROP TRIGGER audit_event_frozen ON accounts_auditevent;
DROP TRIGGER audit_event_queue ON accounts_auditevent;
DROP FUNCTION accounts_audit_queue();
DROP FUNCTION accounts_audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
