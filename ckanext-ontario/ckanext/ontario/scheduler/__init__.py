"""Recurring work: one process per portal, one leader, a table of jobs with their last runs.

The scheduler knows no job of its own. Plugins contribute them through
:class:`ckanext.ontario.shared.jobs.IScheduledJobs`; heavy work belongs on CKAN's background
workers, to which a job's action may hand it.
"""
