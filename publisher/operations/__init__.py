"""Running an installation: health, figures, alerts by mail, backup and restore, retention, the doctor's checks."""
