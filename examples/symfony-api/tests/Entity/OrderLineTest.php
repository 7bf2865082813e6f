<?php

declare(strict_types=1);

namespace App\Tests\Entity;

use App\Entity\OrderLine;
use PHPUnit\Framework\TestCase;

final class OrderLineTest extends TestCase
{
    /**
     * @dataProvider lines
     */
    public function testTheTotalIsQuantityTimesPrice(int $quantity, int $price, int $total): void
    {
        self::assertSame($total, (new OrderLine('sku', $quantity, $price))->total());
    }

    /**
     * @return list<array{int, int, int}>
     */
    public static function lines(): array
    {
        return [[1, 250, 250], [4, 250, 1000], [0, 250, 0]];
    }
}
