//! A gate's outcome on Bitbucket: Code Insights reports and annotations, a build status, a pull-request comment.
