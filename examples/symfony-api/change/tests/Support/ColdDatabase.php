<?php

declare(strict_types=1);

namespace App\Tests\Support;

use App\Entity\Order;
use App\Repository\OrderRepository;

/**
 * A database that is slow until its caches are warm.
 *
 * It stands for all that makes a test pass today and fail tomorrow, and has to do so whenever the example is recorded:
 * so it is cold on the first attempt of a step and warm when the step is run again.
 */
final class ColdDatabase extends OrderRepository
{
    public function save(Order $order)
    {
        if ((int) getenv('BITBUCKET_STEP_RUN_NUMBER') <= 1) {
            usleep(80_000);
        }
        parent::save($order);
    }
}
